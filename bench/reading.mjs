// Speed of reading beside a bare simpleParser loop, and memory of a large mail: node bench/reading.mjs FOLDER. Prints CPU milliseconds and the ratio, one line a round.
import { randomBytes } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const require = createRequire(import.meta.url)
const { simpleParser } = require('mailparser')
const { readMail } = require('../dist/understand/read-mail.js')

const mailsIn = (folder) =>
  readdirSync(folder).flatMap((name) => {
    const path = join(folder, name)
    return statSync(path).isDirectory() ? mailsIn(path) : name.endsWith('.eml') ? [readFileSync(path)] : []
  })
const mails = mailsIn(process.argv[2] ?? new URL('../test/mails', import.meta.url).pathname)
const now = new Date('2020-03-16T08:00:00+01:00')
const envelope = { sender: 'a@x.example', recipients: [], clientAddress: null, helo: null, receivedAt: now }
const settings = { domain: 'devoirs.college.example', timezone: 'Europe/Paris', locale: 'fr', now }
const cpu = () => (process.cpuUsage().user + process.cpuUsage().system) / 1000
const timed = async (read) => {
  const start = cpu()
  for (const mail of mails) await read(mail)
  return cpu() - start
}

for (let round = 0; round < 6; round += 1) {
  const bare = await timed((mail) => simpleParser(mail))
  const ours = await timed((mail) => readMail(mail, envelope, settings))
  console.log(`${mails.length} mails: simpleParser ${bare.toFixed(0)} ms, readMail ${ours.toFixed(0)} ms, ratio ${(bare / ours).toFixed(2)}`)
}

// Memory: the child that reads, for a mail of 40 MB beside one of 1 KB. Peak resident set, MiB (Linux).
const { createReadingPool } = require('../dist/act/reading-pool.js')
const folder = mkdtempSync(join(tmpdir(), 'cartable-bench-'))
const part = (name) =>
  `--b\r\nContent-Type: image/jpeg; name=${name}\r\nContent-Transfer-Encoding: base64\r\n\r\n${Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0]), randomBytes(9_700_000)])
    .toString('base64')
    .replace(/.{76}/g, '$&\r\n')}\r\n`
const peakOf = async (photos) => {
  const file = join(folder, `${photos}.eml`)
  const parts = Array.from({ length: photos }, (_, at) => part(`p${at}.jpg`))
  writeFileSync(file, `From: a@x.example\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nVoici.\r\n${parts.join('')}--b--\r\n`)
  const before = new Set(childrenOf())
  const pool = createReadingPool()
  await pool.read({ file, envelope, settings, folder, keep: true })
  const child = childrenOf().find((pid) => !before.has(pid))
  const peak = Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child}/status`, 'utf8'))?.[1]) / 1024
  await pool.close()
  return peak
}
const childrenOf = () => readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8').split(' ').filter(Boolean)
try {
  const [small, large] = [await peakOf(0), await peakOf(3)]
  console.log(`reading a mail of 40 MB: ${large.toFixed(0)} MiB at most, of 1 KB: ${small.toFixed(0)} MiB, more by ${(large - small).toFixed(0)} MiB`)
} finally {
  rmSync(folder, { recursive: true })
}
