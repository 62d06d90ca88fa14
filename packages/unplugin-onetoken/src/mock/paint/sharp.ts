import type Sharp from 'sharp'

let loading: Promise<typeof Sharp> | undefined

/** sharp, loaded when a picture first needs it. Its process-wide settings are left as they are. */
export function loadSharp(): Promise<typeof Sharp> {
  return (loading ??= import('sharp').then((module) => module.default))
}
