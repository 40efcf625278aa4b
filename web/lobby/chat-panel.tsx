import type { VNode } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { ChatMessageView } from '../../client-sdk/index.ts';
import { useApp } from '../app/parts.ts';
import type { OwnLobby } from '../app/parts.ts';
import { useLive } from '../live/use-live.ts';
import { useTask } from '../live/use-task.ts';
import { Icon } from '../ui/icons.tsx';

const TEXT_MAX = 500;

export interface ChatPanelProps {
  readonly lobby: OwnLobby;
  readonly myId: string;
}

export function ChatPanel({ lobby, myId }: ChatPanelProps): VNode {
  const { toasts } = useApp();
  const messages = useLive(lobby.chat);
  useEffect(() => {
    lobby.chat.loadHistory().catch((error: unknown) => toasts.showError(error));
  }, [lobby]);
  return (
    <section class="card chat" aria-labelledby="chat-title">
      <h2 id="chat-title">Chat</h2>
      <Messages messages={messages} myId={myId} />
      <ChatForm lobby={lobby} />
    </section>
  );
}

function Messages({ messages, myId }: { readonly messages: readonly ChatMessageView[]; readonly myId: string }): VNode {
  const ref = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const log = ref.current;
    log?.scrollTo({ top: log.scrollHeight });
  }, [messages]);
  return (
    <div ref={ref} class="chat-log" role="log" aria-live="polite" aria-label="Chat messages" tabIndex={0}>
      {messages.length === 0 && <p class="chat-empty">Say hello!</p>}
      {messages.map(({ id, playerId, displayName, text, sentAt }, index) => (
        <p key={id} class={`chat-message${playerId === myId ? ' is-mine' : ''}`}>
          {messages[index - 1]?.playerId !== playerId && (
            <span class="chat-name">
              {displayName} <time dateTime={sentAt}>{timeOfDay(sentAt)}</time>
            </span>
          )}
          <span class="chat-text">{text}</span>
        </p>
      ))}
    </div>
  );
}

function ChatForm({ lobby }: { readonly lobby: OwnLobby }): VNode {
  const [text, setText] = useState('');
  const [isBusy, run] = useTask();
  const send = async (): Promise<void> => {
    await lobby.chat.send(text.trim());
    setText('');
  };
  return (
    <form
      class="chat-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (text.trim() !== '') run(send);
      }}
    >
      <input
        class="input"
        aria-label="Message"
        placeholder="Message"
        autocomplete="off"
        maxLength={TEXT_MAX}
        value={text}
        onInput={(event) => setText(event.currentTarget.value)}
      />
      <button type="submit" class="icon-button icon-button-strong" aria-label="Send" title="Send" aria-busy={isBusy}>
        <Icon name={isBusy ? 'spinner' : 'send'} />
      </button>
    </form>
  );
}

function timeOfDay(at: string): string {
  return new Date(at).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });
}
