/** One running service a storage folder. */
import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { lockStorage } from '../../src/spool/storage-lock'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cartable-lock-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

test('a second one is refused, also by another path, until the first lets go', async () => {
  const lock = await lockStorage(folder)
  const link = `${folder}-link`
  symlinkSync(folder, link)
  try {
    await expect(lockStorage(folder)).rejects.toMatchObject({ code: 'storage-in-use' })
    await expect(lockStorage(link)).rejects.toMatchObject({ code: 'storage-in-use' })
  } finally {
    rmSync(link)
  }
  await lock.release()
  await (await lockStorage(folder)).release()
  expect(readdirSync(folder)).toEqual([])
})

test('folders do not hinder one another', async () => {
  const other = mkdtempSync(join(tmpdir(), 'cartable-lock-'))
  const locks = [await lockStorage(folder), await lockStorage(other)]
  for (const lock of locks) await lock.release()
  rmSync(other, { recursive: true })
})

test('a killed process leaves no lock', async () => {
  const script = `require(${JSON.stringify(join(__dirname, '../../dist/spool/storage-lock.js'))}).lockStorage(${JSON.stringify(folder)}).then(() => { console.log('held'); setInterval(() => {}, 1000) })`
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
  await new Promise((resolve) => child.stdout.once('data', resolve))
  await expect(lockStorage(folder)).rejects.toMatchObject({ code: 'storage-in-use' })
  const gone = new Promise((resolve) => child.once('close', resolve))
  child.kill('SIGKILL')
  await gone
  await (await lockStorage(folder)).release()
})

test('a folder that is not there is said with its name', async () => {
  await expect(lockStorage(join(folder, 'none'))).rejects.toMatchObject({ code: 'storage-unusable', message: expect.stringContaining('none') as string })
})
