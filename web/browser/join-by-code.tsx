import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import { useJoin } from '../app/join.tsx';
import { useTask } from '../live/use-task.ts';
import { Button } from '../ui/button.tsx';
import { TextField } from '../ui/fields.tsx';

const CODE_LENGTH = 6;

export function JoinByCode(): VNode {
  const join = useJoin();
  const [code, setCode] = useState('');
  const [isBusy, run] = useTask();
  return (
    <form
      class="join-by-code"
      onSubmit={(event) => {
        event.preventDefault();
        run(() => join({ by: 'code', code }));
      }}
    >
      <TextField
        label="Have a code?"
        value={code}
        onChange={(value) => setCode(value.toUpperCase().replace(/[^A-Z]/g, ''))}
        maxLength={CODE_LENGTH}
        placeholder="KXWPRT"
        upperCase
        required
      />
      <Button submit busy={isBusy} disabled={code.length < CODE_LENGTH}>
        Join
      </Button>
    </form>
  );
}
