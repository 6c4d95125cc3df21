/** The key of page marks and links: from the configuration, else made on first start and kept in storage. */
import { errnoOf } from '../errors'
import { createHmac, randomBytes } from 'node:crypto'
import { link, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Loaded } from './configuration'

/** Made once: whoever comes second takes the first one's. */
export async function loadSecret({ config, storage }: Pick<Loaded, 'config' | 'storage'>): Promise<string> {
  if (config.secret !== null) return config.secret
  const file = join(storage, 'secret')
  const kept = await readIfThere(file)
  if (kept !== null) return kept
  const temporary = `${file}.${randomBytes(6).toString('hex')}`
  await writeFile(temporary, `${randomBytes(32).toString('hex')}\n`, { mode: 0o600, flush: true })
  try {
    await link(temporary, file)
  } catch (error) {
    if (!(errnoOf(error) === 'EEXIST')) throw error
  } finally {
    await rm(temporary, { force: true })
  }
  return (await readFile(file, 'utf8')).trim()
}

async function readIfThere(file: string): Promise<string | null> {
  try {
    return (await readFile(file, 'utf8')).trim()
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return null
    throw error
  }
}

/** Each use has a key of its own, so that one purpose's signature is no use for another. 32 bytes as hex. */
const keyFor = (secret: string, purpose: string): string => createHmac('sha256', secret).update(purpose).digest('hex')
export const markKeyOf = (secret: string): string => keyFor(secret, 'page marks')
export const linkKeyOf = (secret: string): string => keyFor(secret, 'links')
