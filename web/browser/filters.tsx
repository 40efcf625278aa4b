import type { VNode } from 'preact';
import { useId } from 'preact/hooks';
import { Switch, TextField } from '../ui/fields.tsx';
import type { Filter } from './filter.ts';

export interface FiltersProps {
  readonly filter: Filter;
  readonly onChange: (filter: Filter) => void;
}

export function Filters({ filter, onChange }: FiltersProps): VNode {
  const id = useId();
  return (
    <div class="filters" role="search" id={id} aria-label="Filter the lobbies">
      <TextField
        label="Search by name"
        hideLabel
        placeholder="Search by name"
        value={filter.name}
        onChange={(name) => onChange({ ...filter, name })}
        maxLength={40}
      />
      <Switch
        label="Free seats"
        checked={filter.withOpenSeats}
        onChange={(withOpenSeats) => onChange({ ...filter, withOpenSeats })}
      />
      <Switch
        label="No password"
        checked={filter.withoutPassword}
        onChange={(withoutPassword) => onChange({ ...filter, withoutPassword })}
      />
    </div>
  );
}
