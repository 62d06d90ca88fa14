import { BUNDLER_ENTRIES, type DoctorOptions } from '../engine/index.ts'
import type { AcceptFlags } from './accept.ts'
import { command, days, toggle, type Command } from './command.ts'
import type { DoctorFlags } from './doctor.ts'
import type { ExportFlags } from './export.ts'
import type { GlobalFlags } from './flags.ts'
import type { GalleryFlags } from './gallery.ts'
import type { ImportFlags } from './import.ts'
import type { InitFlags } from './init-answers.ts'
import type { MockFlags } from './mock.ts'
import type { PruneFlags } from './prune.ts'
import type { RenderFlags } from './render.ts'
import type { SyncFlags } from './sync.ts'
import type { VerifyFlags } from './verify.ts'

/**
 * The only list of the commands and their flags: of it are the help, the parser and what messages say. What a command
 * does is loaded when it is asked for.
 */
export function createCommands(ours: DoctorOptions['package']): readonly Command[] {
  return [
    command<InitFlags>({
      name: 'init',
      about: 'Set a project up: manifest, settings, plugin and what git keeps; overwrites nothing',
      hasRemote: false,
      flags: {
        commit: {
          kind: 'word',
          value: 'where',
          words: ['git', 'lfs', 'remote'],
          about: 'Where pictures are kept: git, lfs or remote',
        },
        remote: {
          kind: 'text',
          value: 'url',
          about: 'Address of the remote store: https://… or s3://bucket/prefix',
        },
        bundler: {
          kind: 'word',
          value: 'name',
          words: BUNDLER_ENTRIES,
          about: 'The bundler, where the project has several',
        },
        yes: toggle('Ask nothing; what no flag says is git'),
        dryRun: toggle('Only show what would be written'),
      },
      example: 'onetoken init --commit lfs --dry-run',
      run: async (_, flags) => (await import('./init.ts')).init(flags),
    }),
    command<GlobalFlags>({
      name: 'plan',
      about: 'Tell what is rendered, what is missing and what it would cost; spends nothing',
      flags: {},
      run: async (_, flags) => (await import('./plan.ts')).plan(flags),
    }),
    command<RenderFlags>({
      name: 'render',
      args: '[names…]',
      about: 'Render what is missing: all, or the named entries',
      flags: {
        yes: toggle('Spend without asking'),
        maxCost: {
          kind: 'number',
          value: 'dollars',
          example: '0.50',
          about: 'Spend at most this, instead of the budget of the settings',
        },
        again: toggle('Render the named entries anew, also what was refused or may have been billed'),
        stale: toggle('Render edits anew whose parents have changed'),
      },
      example: 'onetoken render hero --max-cost 0.50',
      run: async (names, flags) => (await import('./render.ts')).render(names, flags),
    }),
    command<GlobalFlags>({
      name: 'pick',
      args: '<name> <number>',
      about: 'Use another picture of a render that has several; costs nothing',
      flags: {},
      example: 'onetoken pick hero 2',
      run: async ([name = '', number = ''], flags) => (await import('./pick.ts')).pick(name, number, flags),
    }),
    command<AcceptFlags>({
      name: 'accept',
      args: '[names…]',
      about:
        'Let the picture that an entry has stand for its present words, or for new ones in quotes; costs nothing',
      flags: {
        all: toggle('All entries that are missing and had a picture before'),
        prompt: { kind: 'text', value: 'words', about: 'Set the words of the entry first' },
        from: {
          kind: 'text',
          value: 'name',
          about: 'Take the picture of another entry, or of the render with this key',
        },
        replace: toggle('Also where the words have a picture of their own, which stays in the store'),
        yes: toggle('Accept all without asking'),
      },
      example: 'onetoken accept hero "a red fox, looking back"',
      run: async (names, flags) => (await import('./accept.ts')).accept(names, flags),
    }),
    command<ImportFlags>({
      name: 'import',
      args: '<name> <file>',
      about: 'Use a picture of your own for an entry; costs nothing',
      flags: {
        untilRendered: toggle('Only until it is rendered'),
        prompt: { kind: 'text', value: 'words', about: 'Add the entry, with these words' },
        alt: {
          kind: 'text',
          value: 'words',
          mayBeEmpty: true,
          about: 'Text for people who cannot see the picture of a new entry',
        },
        manifest: {
          kind: 'path',
          value: 'file',
          about: 'Where a new entry goes (default: the only manifest)',
        },
        replace: toggle(
          'Also in place of a paid render, or a picture that other entries have as well; it stays in the store',
        ),
      },
      example: 'onetoken import hero photos/fox.jpg --until-rendered',
      run: async ([name = '', file = ''], flags) =>
        (await import('./import.ts')).importFile(name, file, flags),
    }),
    command<ExportFlags>({
      name: 'export',
      args: '[names…]',
      about: 'Write files of entries, and a module of them, for sites without a bundler',
      flags: {
        out: { kind: 'path', value: 'folder', about: 'Folder of the files' },
        module: {
          kind: 'path',
          value: 'file',
          about: 'Write image objects as well: .ts, .js, .mjs or .json',
        },
        publicPath: {
          kind: 'text',
          value: 'path',
          mayBeEmpty: true,
          about: 'What addresses begin with (default: the way from public or static)',
        },
        icons: {
          kind: 'text',
          value: 'name',
          about: 'Write favicon.ico and the other icons of a site instead, from this entry',
        },
      },
      example: 'onetoken export --out public/pictures --module src/pictures.ts',
      run: async (names, flags) => (await import('./export.ts')).exportCommand(names, flags),
    }),
    command<GalleryFlags>({
      name: 'gallery',
      about: 'Write a page that shows every picture with its words, candidates, state and price',
      flags: {
        out: {
          kind: 'path',
          value: 'file',
          about: 'File of the page (default: gallery/index.html in the cache of the store)',
        },
      },
      run: async (_, flags) => (await import('./gallery.ts')).gallery(flags),
    }),
    command<VerifyFlags>({
      name: 'verify',
      about: 'Look at every byte of the store, and say what is wrong; asks nobody',
      flags: { repair: toggle('Put damaged pictures aside and clear up, without losing anything') },
      run: async (_, flags) => (await import('./verify.ts')).verify(flags),
    }),
    command<PruneFlags>({
      name: 'prune',
      about: 'Remove variants that were not used for a while; renders only with --renders',
      flags: {
        days: days('Keep variants that were used in so many days (default: 30)'),
        renders: toggle('Remove renders that nothing in the project asks for, after asking'),
        replaced: toggle('Remove records that others have taken the place of; their pictures stay'),
        keepDays: days('Keep renders that were made in so many days (default: 30)'),
        dryRun: toggle('Only tell what would be removed'),
        yes: toggle('Remove renders without asking, also where there is no other copy'),
      },
      example: 'onetoken prune --renders --dry-run',
      run: async (_, flags) => (await import('./prune.ts')).prune(flags),
    }),
    command<SyncFlags>({
      name: 'sync',
      about: 'Put renders into the remote store, and bring those here that the project names; spends nothing',
      flags: {
        push: toggle('Only put renders there'),
        pull: toggle('Only bring renders here'),
        check: toggle('Look at every byte there of what is here, and put right what is wrong'),
        prefer: {
          kind: 'word',
          value: 'side',
          words: ['here', 'remote'],
          about: 'Where both have a picture for the same words, keep the one that is here, or remote',
        },
      },
      run: async (_, flags) => (await import('./sync.ts')).sync(flags),
    }),
    command<DoctorFlags>({
      name: 'doctor',
      about: 'Tell what works here, what does not, and what to do; spends nothing',
      flags: { offline: toggle('Do not see whether the API answers') },
      run: async (_, flags) => (await import('./doctor.ts')).doctor(flags, ours),
    }),
    command<MockFlags>({
      name: 'mock',
      about: 'Serve a look-alike of the API on this machine, for trying things out',
      hasProject: false,
      flags: {
        port: {
          kind: 'number',
          value: 'port',
          example: '8787',
          mostWhole: 65_535,
          about: 'Port (default: 8787)',
        },
        latency: {
          kind: 'number',
          value: 'ms',
          example: '500',
          about: 'Time that every render takes (default: 0)',
        },
      },
      example: 'onetoken mock --port 8787',
      run: async (_, flags) => (await import('./mock.ts')).mock(flags),
    }),
  ]
}
