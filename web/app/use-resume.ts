import { useEffect, useState } from 'preact/hooks';
import { GyreError } from '../../client-sdk/index.ts';
import { useApp } from './parts.ts';

export interface ResumeState {
  readonly isDone: boolean;
  /** The server doesn't answer; it is asked again and again. */
  readonly hasTrouble: boolean;
}

const RETRY_MS = 1_500;

/** Takes up where this tab stopped, once, when the page loads. */
export function useResume(): ResumeState {
  const { gyre, toasts } = useApp();
  const [state, setState] = useState<ResumeState>({ isDone: false, hasTrouble: false });
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const resume = async (): Promise<void> => {
      try {
        await gyre.resume();
        setState({ isDone: true, hasTrouble: false });
      } catch (error) {
        if (GyreError.is(error) && error.retryable) {
          setState({ isDone: false, hasTrouble: true });
          timer = setTimeout(() => void resume(), RETRY_MS);
        } else {
          toasts.showError(error);
          setState({ isDone: true, hasTrouble: false });
        }
      }
    };
    void resume();
    return () => clearTimeout(timer);
  }, [gyre]);
  return state;
}
