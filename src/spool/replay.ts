/** What a start finds in the spool's folder: accepted mail, torn tails, damage, orphans. Cuts, sets aside and removes; never drops what may have been answered. */
import { errnoOf } from '../errors'
import { chmod, mkdir, readdir, readFile, rename, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { Log } from '../log'
import { findingsOf, type RecordMeta, type RecordPlace } from './record'
import { releasedEnding, Segment, segmentEnding } from './segment'

/** A large message's own file. */
export const mailEnding = '.mail'
const damagedFolder = 'damaged'

export interface Found {
  meta: RecordMeta
  place: RecordPlace
  segment: Segment
}

/** All that is accepted and not released, oldest first. Reports damage to the log as `spool-damaged` and keeps its bytes in the folder `damaged`. */
export async function replay(folder: string, log: Log): Promise<Found[]> {
  const names = await readdir(folder)
  const found: Found[] = []
  let damage = 0
  for (const name of names.filter((each) => each.endsWith(segmentEnding))) {
    const segment = await replaySegment(folder, name, log)
    found.push(...segment.found)
    damage += segment.damage
  }
  const segments = new Set(names.filter((name) => name.endsWith(segmentEnding)).map((name) => basename(name, segmentEnding)))
  for (const name of names) if (name.endsWith(releasedEnding) && !segments.has(basename(name, releasedEnding))) await rm(join(folder, name), { force: true })
  const whole = await withFiles(folder, found, names, log)
  await dealWithOrphans(folder, names, new Set(whole.map(({ meta }) => meta.file)), damage > 0, log)
  const unneeded = new Set(found.map(({ segment }) => segment).filter((segment) => segment.live === 0))
  for (const segment of unneeded) await segment.remove()
  if (whole.length > 0) log.info('spool-replayed', { messages: whole.length })
  return whole.sort((a, b) => (a.meta.id < b.meta.id ? -1 : 1))
}

async function replaySegment(folder: string, name: string, log: Log): Promise<{ found: Found[]; damage: number }> {
  const path = join(folder, name)
  const bytes = await readFile(path)
  const segment = Segment.old(path, bytes.length)
  const marks = await segment.marks()
  const found: Found[] = []
  let damage = 0
  for (const finding of findingsOf(bytes)) {
    if (finding.kind === 'record') {
      if (!marks.has(finding.meta.id)) found.push({ meta: finding.meta, place: finding.place, segment })
    } else if (finding.kind === 'torn') {
      await truncate(path, finding.offset)
      segment.size = finding.offset
      log.warn('spool-tail-cut', { segment: name, bytes: finding.length })
    } else {
      damage++
      if (marks.has(`@${finding.offset}`)) continue
      await setAside(folder, `${name}-${finding.offset}`, bytes.subarray(finding.offset, finding.offset + finding.length))
      await segment.mark([`@${finding.offset}`])
      log.error('spool-damaged', { segment: name, offset: finding.offset, bytes: finding.length })
    }
  }
  segment.live = found.length
  if (segment.live === 0) await segment.remove()
  return { found, damage }
}

async function setAside(folder: string, name: string, bytes: Buffer): Promise<void> {
  await mkdir(join(folder, damagedFolder), { recursive: true, mode: 0o700 })
  await writeFile(join(folder, damagedFolder, name), bytes, { mode: 0o600, flush: true })
}

/** Drops from the list what has lost its own file: nothing is left of it but its envelope, which goes to `damaged`. */
async function withFiles(folder: string, found: Found[], names: string[], log: Log): Promise<Found[]> {
  const here = new Set(names)
  const whole: Found[] = []
  for (const each of found) {
    const { file, bytes, id } = each.meta
    const size = file !== null && here.has(file) ? (await stat(join(folder, file))).size : -1
    if (file === null || size === bytes) {
      whole.push(each)
      continue
    }
    await setAside(folder, `${id}.json`, Buffer.from(JSON.stringify(each.meta)))
    if (size >= 0) await rename(join(folder, file), join(folder, damagedFolder, file))
    await each.segment.mark([id])
    each.segment.live--
    log.error('spool-damaged', { id, bytes: Math.max(size, 0) })
  }
  return whole
}

/** A file without a record was never answered, or was released: it goes. Where records are damaged it may belong to one of them: it is set aside. */
async function dealWithOrphans(folder: string, names: string[], known: Set<string | null>, damaged: boolean, log: Log): Promise<void> {
  for (const name of names.filter((each) => each.endsWith(mailEnding) && !known.has(each))) {
    const path = join(folder, name)
    if (!damaged) {
      await rm(path, { force: true })
      log.info('spool-orphan-removed')
      continue
    }
    await mkdir(join(folder, damagedFolder), { recursive: true, mode: 0o700 })
    await rename(path, join(folder, damagedFolder, name)).catch((error: unknown) => {
      // Set aside already, with the record that named it.
      if (errnoOf(error) !== 'ENOENT') throw error
    })
    log.error('spool-damaged', { orphan: true })
  }
}

/** Makes the folder ours alone, whatever it was. */
export async function prepareFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  await chmod(folder, 0o700)
}
