export { campaignNotice, progressReply } from './announce/progress.ts';
