/** Whether a load balancer's security policy refuses everything older than TLS 1.2. */
export function isCurrentTlsPolicy(policy: string): boolean {
  return /^ELBSecurityPolicy-(TLS13-1-[23]-|TLS-1-2-|FS-1-2-)[\w-]+$/.test(policy);
}
