import { open, utimes } from 'node:fs/promises'

/**
 * Milliseconds after which a process that gave no sign of life is given up: it was stopped, or its machine is gone.
 * Long, as a bundler can keep its process busy for many seconds; nothing is sent again either way.
 */
export const LEASE = 120_000

/** How often a sign of life is given within a lease. */
const BEATS = 12

/** Signs of life: the times of files. */
export interface Heartbeat {
  start(file: string): void
  stop(file: string): void
}

/** Keeps the times of files young as long as this process runs. Keeps no process alive. */
export function createHeartbeat(lease: number): Heartbeat {
  const files = new Set<string>()
  let timer: NodeJS.Timeout | undefined
  const beat = (): void => {
    const now = new Date()
    for (const file of files) void utimes(file, now, now).catch(() => undefined)
  }
  return {
    start(file) {
      files.add(file)
      timer ??= setInterval(beat, lease / BEATS).unref()
    },
    stop(file) {
      files.delete(file)
      if (files.size > 0) return
      clearInterval(timer)
      timer = undefined
    },
  }
}

/** When the last sign was given, in milliseconds since 1970; undefined when the file is gone or cannot be read. */
export async function lastBeat(file: string): Promise<number | undefined> {
  // Opened, as network file systems ask their server then and may answer a plain stat from memory.
  const handle = await open(file, 'r').catch(() => undefined)
  if (handle === undefined) return undefined
  try {
    return (await handle.stat()).mtimeMs
  } finally {
    await handle.close()
  }
}
