import { Component, type ReactNode } from 'react';

interface Props {
  readonly children: ReactNode;
}

interface State {
  readonly error: Error | undefined;
}

/** What a bug leads to: the error, and the link that repeats it. */
export class CrashScreen extends Component<Props, State> {
  override state: State = { error: undefined };

  static getDerivedStateFromError(error: unknown): State {
    return { error: error instanceof Error ? error : new Error(String(error)) };
  }

  override render() {
    const { error } = this.state;
    if (error === undefined) return this.props.children;
    return (
      <main className="crash">
        <h1>Iommuscope has met a bug</h1>
        <p>This link repeats it. Please send it with the text below.</p>
        <p>
          <a href={location.href}>{location.href.slice(0, 200)}</a>
        </p>
        <pre>{error.stack ?? error.message}</pre>
        <p>
          <a href="./">Go to the start page</a>
        </p>
      </main>
    );
  }
}
