/** The deeds' settings, from the configuration. */
import type { Config } from '../config/schema'
import type { ActSettings } from './settings'

export const actSettingsOf = (config: Config): ActSettings => ({
  domain: config.domain,
  school: config.school,
  locale: config.locale,
  timezone: config.timezone,
  office: config.office,
  operator: config.operator,
  undoMs: config.post.undoMs,
  graceMs: config.bundle.graceMs,
  late: config.bundle.late,
  lateBy: config.bundle.lateBy,
  receiptWaitMs: config.receipt.waitMs,
  mailsPerSenderHour: config.limits.mailsPerSenderHour,
  pagesPerSubmission: config.limits.pagesPerSubmission,
  photosPerMessage: config.limits.photosPerMessage,
  maxOutboundBytes: config.outbound.maxMessageBytes,
  digestAt: config.digest.at,
  digestDays: config.digest.days,
  retentionMailMs: config.retention.mailMs,
  retentionPagesMs: config.retention.pagesMs,
  authPolicy: config.auth.policy,
})
