/** Who wants no reminders. */
import type { Migration } from 'kysely'

export const reminders: Migration = {
  async up(db) {
    await db.schema.alterTable('person').addColumn('reminders_off', 'integer').execute()
  },
}
