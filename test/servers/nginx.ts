import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findProgram, freePorts, startDaemon, untilReady } from './daemon.ts'

/** What an nginx is to be like. */
export interface NginxOptions {
  /** Who may use it, as `user:password`. @default everybody */
  user?: string | undefined
  /** Most bytes of a file. @default 16 MiB */
  largest?: number | undefined
  /** Whether folders are made for files that are put. @default true */
  makesFolders?: boolean | undefined
}

/** An nginx with WebDAV on loopback. */
export interface Nginx {
  /** Without a `/` at its end. */
  url: string
  /** Folder of the files. */
  files: string
  stop(): Promise<void>
}

const START_UP = 60_000

/** Names of the programs that are not installed here. */
export function missingForNginx(): string[] {
  return ['nginx'].filter((name) => findProgram(name) === undefined)
}

/** Start an nginx that has nothing to do with the system's: any user may. */
export async function startNginx(options: NginxOptions = {}): Promise<Nginx> {
  const folder = await mkdtemp(join(tmpdir(), 'nginx-'))
  const files = join(folder, 'files')
  const [port = 0] = await freePorts(1)
  const url = `http://127.0.0.1:${port}`
  await mkdir(files)
  await writeFile(join(folder, 'nginx.conf'), configuration(folder, port, options))
  await writeFile(join(folder, 'users'), (options.user ?? '').replace(':', ':{PLAIN}'))
  // The second is where it writes before it has read the configuration.
  const args = ['-c', join(folder, 'nginx.conf'), '-e', join(folder, 'error.log'), '-p', folder]
  const daemon = await startDaemon('nginx', args, { folder })
  const stop = async (): Promise<void> => {
    await daemon.stop()
    await rm(folder, { recursive: true, force: true })
  }
  try {
    await untilReady([daemon], START_UP, async () => (await fetch(url)).status > 0)
  } catch (error) {
    await stop()
    throw error
  }
  return { url, files, stop }
}

function configuration(folder: string, port: number, options: NginxOptions): string {
  const { user, largest = 16 * 2 ** 20, makesFolders = true } = options
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
  return `
daemon off;
# One process is all there is to stop.
master_process off;
pid ${folder}/nginx.pid;
error_log stderr;
events {}
http {
  access_log off;
  ${temporary.map((name) => `${name}_temp_path ${folder}/${name};`).join('\n  ')}
  server {
    listen 127.0.0.1:${port};
    root ${folder}/files;
    client_max_body_size ${largest};
    ${user === undefined ? '' : `auth_basic store; auth_basic_user_file ${folder}/users;`}
    location / {
      dav_methods PUT DELETE;
      create_full_put_path ${makesFolders ? 'on' : 'off'};
    }
  }
}
`
}
