import { useEffect, useState } from 'preact/hooks';
import type { MatchResult } from '../../client-sdk/index.ts';
import type { OwnMatch } from '../app/parts.ts';

/** The result, once there is one. */
export function useResult(match: OwnMatch): MatchResult | null {
  const [result, setResult] = useState(match.info.result);
  useEffect(() => {
    // It rejects when there won't be one; the match's close reason says why then.
    match.result.then(setResult, () => undefined);
  }, [match]);
  return result;
}
