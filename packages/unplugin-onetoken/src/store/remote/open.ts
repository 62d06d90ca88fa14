import { openHttpRemote } from './http.ts'
import { openS3Remote } from './s3.ts'
import type { Patience, Remote } from './types.ts'

/** Where a remote store is. */
export interface RemoteAddress {
  /** `https://…` or `s3://bucket/prefix`, without a password and without a `/` at its end. */
  url: string
  /** Address of an S3 server that is not Amazon's. */
  endpoint: string | undefined
  region: string | undefined
}

/** Open a remote store. Nothing is loaded and nobody is asked before its first use. */
export function openRemote(
  { url, endpoint, region }: RemoteAddress,
  { authorization, patience }: { authorization: string | undefined; patience?: Patience | undefined },
): Remote {
  return /^s3:/i.test(url)
    ? openS3Remote({ url, endpoint, region, patience })
    : openHttpRemote({ url, authorization, patience })
}
