/** Options that every command takes. */
export interface Globals {
  config: string | undefined
  json: boolean
}
