// Speed of reading beside a bare simpleParser loop: node bench/reading.mjs FOLDER. Prints CPU milliseconds and the ratio, one line a round. Writes nothing.
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
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
