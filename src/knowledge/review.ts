/** Whether what was checked is past the day on which it had to be checked again. @param today an ISO day. */
export function isOverdue(evidence: { review_by: string }, today: string): boolean {
  return today > evidence.review_by;
}
