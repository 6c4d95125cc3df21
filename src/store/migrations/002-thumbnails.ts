/** A small picture of each page, for the mails that show it. */
import type { Migration } from 'kysely'

export const thumbnails: Migration = {
  async up(db) {
    await db.schema.alterTable('page').addColumn('thumbnail', 'text').execute()
  },
}
