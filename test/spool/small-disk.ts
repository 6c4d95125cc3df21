/** A disk of its own for a test that fills it. */
import { execFileSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'

/** Mounts an empty disk of so many megabytes at `folder`; returns how to take it away. null where mounting is not allowed: the test says so then. */
export function smallDisk(folder: string, megabytes: number): (() => void) | null {
  mkdirSync(folder, { recursive: true })
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', folder], { stdio: 'ignore' })
  } catch {
    // Mounting needs rights that not every machine gives its tests.
    console.warn('not checked: a full disk (no right to mount one)')
    return null
  }
  return () => void execFileSync('umount', ['-l', folder])
}
