// Between the live view's server and its page.
import type { ClusterView } from '../../protocol/admin.ts';
import type { ClusterEvent } from './events.ts';
import type { MemberState } from './member.ts';
import type { StoreState } from './store.ts';

/** `GET /state`. */
export interface ViewState {
  /** Where players go. */
  readonly playUrl: string;
  readonly members: readonly ViewMember[];
  readonly stores: readonly { readonly name: string; readonly state: StoreState }[];
  /** As a process told it last; null: none has yet. */
  readonly cluster: ClusterView | null;
  /** Nobody could tell just now: it is of before. */
  readonly stale: boolean;
  readonly events: readonly ClusterEvent[];
}

export interface ViewMember {
  readonly name: string;
  readonly address: string;
  readonly state: MemberState;
  readonly pid: number | null;
  readonly restarts: number;
  /** Through the front. */
  readonly connections: number;
}

export const MEMBER_ACTS = ['kill', 'pause', 'resume', 'drain'] as const;
export const STORE_ACTS = ['restart', 'stop'] as const;

/** `POST /act`. */
export interface ViewAct {
  /** Name of a process or store. */
  readonly on: string;
  readonly act: (typeof MEMBER_ACTS)[number] | (typeof STORE_ACTS)[number];
}
