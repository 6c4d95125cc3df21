import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isFault } from '../../src/errors'
import type { BundleInput } from '../../src/bundle/bundle-input'
import { type BundlePool, createBundlePool } from '../../src/bundle/bundle-pool'
import { built, textsOf } from './built-pile'
import { markKey, sampleClass, temporaryFolder } from './sample-class'

const folder = temporaryFolder()
const file = (name: string): string => join(folder, name)
const cut = (index: number) => ({ file: 0, index, rotationDegCw: 0 })
const faultOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'none',
    (error: unknown) => (isFault(error) ? error.code : 'other'),
  )
let input: BundleInput
let pool: BundlePool

beforeAll(async () => {
  input = await sampleClass(folder)
  pool = createBundlePool()
})
afterAll(async () => {
  await pool.close()
  rmSync(folder, { recursive: true, force: true })
})

test('builds, recognises and cuts by paths, jobs in a row', async () => {
  const pile = file('pile.pdf')
  const result = await pool.build(input, pile)
  expect(result).toMatchObject({ bytes: statSync(pile).size, pages: 11, coverPages: 1, damagedPageIds: [] })
  expect(statSync(pile).mode & 0o777).toBe(0o600)
  expect(readFileSync(pile).equals((await built(input)).bytes)).toBe(true)
  const [pages] = await Promise.all([
    pool.recognise(pile, markKey, { maxPages: 500 }),
    pool.cut([pile], [{ pages: [1, 2, 3].map(cut), outFile: file('zoe.pdf') }], 'Ta copie'),
  ])
  expect(pages.map(({ pageId }) => pageId)).toEqual([null, 11, 12, 13, 21, 31, 41, 42, 51, 61, 62])
  expect((await textsOf(readFileSync(file('zoe.pdf')))).map((text) => text.includes('Zoé Martin'))).toEqual([true, true, true])
})

test('faults cross over, and the next job runs', async () => {
  writeFileSync(file('broken.pdf'), `%PDF-1.7\n${'x'.repeat(3000)}`)
  expect(await faultOf(pool.recognise(file('broken.pdf'), markKey, { maxPages: 10 }))).toBe('pdf-damaged')
  expect(await faultOf(pool.cut([file('broken.pdf')], [{ pages: [cut(0)], outFile: file('none.pdf') }]))).toBe('pdf-damaged')
  expect(existsSync(file('none.pdf'))).toBe(false)
  expect(await faultOf(pool.build(input, file('again.pdf')))).toBe('none')
})

test('a file that is not there rejects without its name', async () => {
  await expect(pool.recognise(file('secret-name.pdf'), markKey, { maxPages: 10 })).rejects.toThrow(/^ENOENT$/)
})

test.each([
  ['over its time', { jobTimeoutMs: 1 }],
  ['over its memory', { maxRssBytes: 1_000_000 }],
])('a job %s dies alone and leaves no half file', async (_, options) => {
  const strict = createBundlePool(options)
  const large = { ...input, students: Array.from({ length: 300 }, (__, index) => ({ ...input.students[0]!, id: String(index) })) }
  expect(await faultOf(strict.build(large, file('half.pdf')))).toBe('worker-died')
  expect(existsSync(file('half.pdf'))).toBe(false)
  await strict.close()
  expect(readdirSync(folder).filter((name) => name.endsWith('.part'))).toEqual([])
})

test('closing rejects what waits and may be done twice', async () => {
  const closing = createBundlePool()
  const jobs = [closing.build(input, file('a.pdf')), closing.build(input, file('b.pdf'))].map(faultOf)
  await closing.close()
  await closing.close()
  expect(await Promise.all(jobs)).toEqual(['worker-died', 'worker-died'])
  expect(await faultOf(closing.build(input, file('c.pdf')))).toBe('worker-died')
})
