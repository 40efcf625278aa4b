/** What the cluster's parts have to say to the operator; pino's loggers fit. */
export interface ClusterLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}
