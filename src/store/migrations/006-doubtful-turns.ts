/** Pages of which nobody could tell which way is up. */
import type { Migration } from 'kysely'

export const doubtfulTurns: Migration = {
  async up(db) {
    await db.schema
      .alterTable('page')
      .addColumn('turn_doubtful', 'integer', (column) => column.notNull().defaultTo(0))
      .execute()
  },
}
