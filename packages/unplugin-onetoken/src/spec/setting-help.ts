import { FREE, RENDERS_ANEW, type Help } from './parameter-help.ts'
import type { RemoteSettings } from './remote-setting.ts'
import type { Settings } from './settings-types.ts'

/** Every setting. */
export const SETTING_HELP: Readonly<Record<keyof Settings, Help>> = {
  model: { does: 'The model of every picture.', default: 'gpt-image-2', change: RENDERS_ANEW },
  provider: {
    does: 'Who renders, where it is not OneToken: a name for the API that ONETOKEN_BASE_URL leads to. Renders of one provider never pass for those of another.',
    default: 'onetoken',
    change: RENDERS_ANEW,
  },
  defaults: {
    does: 'Parameters of every picture that does not say them itself.',
    change: 'Whether a change costs depends on the parameter.',
  },
  styles: {
    does: 'Named templates, each with {prompt} in it where the words of a picture go. A template may have variables of its own: { template, variables }.',
    change: 'A change of a template is another render of every picture that has the style, which costs.',
  },
  manifest: {
    does: 'Where manifests are, relative to the root: a path, a glob, { file, prefix } for a name space of its own, or a list of these.',
    default: '{,src/}images.{yaml,yml}',
    change: FREE,
  },
  store: {
    does: 'Folder of the renders, relative to the root. Move its files along: what is not there is missing, and would be paid for again.',
    default: 'onetoken',
    change: FREE,
  },
  remote: {
    does: 'A store that machines share: the address of a web server (https://…) or of a bucket (s3://bucket/prefix), which is only read, or a mapping that says more.',
    otherwise: 'none',
    change: FREE,
  },
  missing: {
    does: 'What a production build does about a render that is not there: render it, put a placeholder in its place, or fail.',
    default: 'render',
    change: FREE,
  },
  frozen: {
    does: 'Whether nothing is rendered. Builds where CI is set render all the same when they can put it into a remote store.',
    otherwise: 'true for builds where CI is set',
    change: FREE,
  },
  budget: {
    does: 'The most that one run may spend. What is reached first ends it.',
    default: { cost: 5 },
    change: FREE,
  },
  pricing: {
    does: 'What your account pays, compared with the official prices.',
    default: { multiplier: 1 },
    change: FREE,
  },
  concurrency: { does: 'Requests under way at once, 1 to 64.', default: 4, change: FREE },
  requestsPerMinute: {
    does: 'The most requests that are sent in a minute.',
    otherwise: 'no limit',
    change: FREE,
  },
  timeout: { does: 'Seconds that one request may take, 1 to 86400.', default: 600, change: FREE },
  allowPackages: {
    does: 'Names of packages, below node_modules or outside of the project, whose imports may render.',
    otherwise: 'none',
    change: FREE,
  },
  provenance: {
    does: 'Whether every file says in its metadata that a model made it (IPTC DigitalSourceType).',
    default: true,
    change: 'A change is free; files are encoded anew.',
  },
}

/** What a setting has in it: `setting.member`. */
export const MEMBER_HELP: Readonly<Record<string, Help>> = {
  'styles.template': { does: 'Has {prompt} in it, and a {name} for each variable.' },
  'styles.variables': {
    does: 'What a variable says where a picture does not say it itself, by their names.',
  },
  'manifest.file': { does: 'A path or a glob, relative to the root.' },
  'manifest.prefix': { does: 'Comes before every name, with a "/": shop makes hero to shop/hero.' },
  'budget.cost': {
    does: 'The most dollars of a run, at the worst case of what is asked for.',
    default: 5,
  },
  'budget.renders': { does: 'The most renders of a run.', otherwise: 'no limit' },
  'pricing.multiplier': {
    does: 'A multiple of the official prices: 0.5 where you pay half of them.',
    default: 1,
  },
}

/** What a remote store has. */
export const REMOTE_HELP: Readonly<Record<keyof RemoteSettings, Help>> = {
  url: {
    does: 'Address of the store: https://… (a web server) or s3://bucket/prefix, without a user name or a password.',
  },
  write: { does: 'Whether renders of this machine go there.', default: false },
  endpoint: { does: "Address of an S3 server that is not Amazon's.", otherwise: "Amazon's" },
  region: {
    does: 'Region of the bucket.',
    otherwise: '"auto" with an endpoint, else as the AWS SDK finds it',
  },
}
