/** `check`: whether the service could work as it is configured, a line each. Sends nothing. */
import type { Command } from 'commander'
import { checkAuth, checkConfiguration, checkDatabase, checkSecrets, checkStorage, checkTls } from './check/here'
import { type Finding, inTime, patienceMs, wrong } from './check/finding'
import { checkNames } from './check/names'
import { checkMailboxes, checkRelay } from './check/peers'
import { loadConfiguration, type Loaded, UsageFault } from './configuration'
import type { Globals } from './globals'
import { fail, print, printJson } from './output'

export function checkCommand(program: Command, globals: () => Globals): void {
  program
    .command('check')
    .description('configuration, database, storage, DNS, TLS, relay and IMAP log-in; sends nothing')
    .action(async () => {
      const { config, json } = globals()
      try {
        const findings = await findingsOf(loadConfiguration(config))
        for (const finding of findings) tell(finding, json)
        process.exitCode = findings.some((finding) => finding.state === 'wrong') ? 1 : 0
      } catch (error) {
        // Also on stdout, where whoever reads the lines looks for it.
        if (error instanceof UsageFault) for (const line of error.lines) tell(wrong('configuration', line, 'mend the line it names'), json)
        fail(error)
      }
      // A connection that was given up may still be waiting.
      setTimeout(() => process.exit(), 500).unref()
    })
}

/** In a fixed order, whichever ends first. */
async function findingsOf(loaded: Loaded): Promise<Finding[]> {
  const slow = wrong('database', 'no answer in time', 'check [storage] database, and that its server runs')
  const checks: Promise<Finding | Finding[]>[] = [
    Promise.resolve([checkConfiguration(loaded), checkAuth(loaded.config)]),
    checkSecrets(loaded),
    inTime(checkDatabase(loaded), slow, patienceMs),
    checkStorage(loaded),
    checkNames(loaded.config, loaded.folder),
    checkTls(loaded, new Date()),
    checkRelay(loaded),
    checkMailboxes(loaded.config.imap),
  ]
  return (await Promise.all(checks)).flat()
}

function tell(finding: Finding, json: boolean): void {
  if (json) return printJson(finding)
  print(`${finding.state.padEnd(7)}  ${finding.name}: ${finding.message}${finding.mend === null ? '' : `: ${finding.mend}`}`)
}
