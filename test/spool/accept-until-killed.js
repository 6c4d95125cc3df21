/** Accepts messages until it is killed; says on stdout which ones were answered. Arguments: folder, sessions. */
const { writeSync } = require('node:fs')
const { Readable } = require('node:stream')
const { openSpool } = require('../../dist/spool/spool.js')

const [folder, sessions] = process.argv.slice(2)
const silent = { info: () => {}, warn: () => {}, error: () => {} }
const envelope = (key) => ({ sender: 'a@b.example', recipients: [`${key}@c.example`], clientAddress: null, helo: null, receivedAt: new Date(0) })

async function session(spool, number) {
  for (let turn = 0; ; turn++) {
    const key = `${number}-${turn}`
    const size = turn % 5 === 4 ? 200_000 : 3000
    const body = Buffer.from(`Subject: ${key}\r\n\r\n`.padEnd(size, `${key} `))
    await spool.accept({ envelope: envelope(key), source: 'smtp' }, Readable.from([body.subarray(0, 1000), body.subarray(1000)]), { maxBytes: 1e6 })
    writeSync(1, `${key}\n`)
  }
}

openSpool(folder, { log: silent, reserveBytes: 0 }).then((spool) => {
  for (let number = 0; number < Number(sessions); number++) void session(spool, number)
})
