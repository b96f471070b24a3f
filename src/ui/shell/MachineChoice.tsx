import { useLab } from '../store/lab';

/** The machine by name; a choice where the scenario can be run on others, at the same step. */
export function MachineChoice() {
  const view = useLab((state) => state.view);
  const changeMachine = useLab((state) => state.changeMachine);
  if (view === undefined) return null;
  const { machines, architecture } = view;
  if (machines.length < 2) return <span className="header-machine">{architecture.name}</span>;
  return (
    <select
      className="header-machine"
      aria-label="Machine"
      value={architecture.id}
      onChange={(event) => void changeMachine(event.target.value)}
    >
      {machines.map(({ id, name }) => (
        <option key={id} value={id}>
          {name}
        </option>
      ))}
    </select>
  );
}
