/** What a page looks like in short, and which page shows the same sheet better. */
import type { Migration } from 'kysely'

export const copies: Migration = {
  async up(db) {
    await db.schema.alterTable('page').addColumn('fingerprint', 'text').execute()
    await db.schema.alterTable('page').addColumn('copy_of', 'integer').execute()
  },
}
