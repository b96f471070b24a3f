import type { Question } from '../../engine/scenario/schema';
import { useLab } from '../store/lab';

/** Think first: the question is answered before its step plays; then the reason is told. */
export function Predict({ question, step }: { question: Question; step: number }) {
  const answer = useLab((state) => state.answers[step]);
  const commit = useLab((state) => state.answer);
  const isRight = answer === question.answer;
  return (
    <section className="predict" aria-label="Think first">
      <h3>Think first</h3>
      <p>{question.ask}</p>
      <ol>
        {question.choices.map((choice, index) => (
          <li key={choice}>
            <button
              type="button"
              aria-pressed={answer === index}
              disabled={answer !== undefined && answer !== index}
              onClick={() => commit(step, index)}
            >
              {choice}
            </button>
          </li>
        ))}
      </ol>
      {answer === undefined ? null : (
        <p role="status" className={isRight ? 'predict-right' : 'predict-wrong'}>
          {isRight ? 'Right.' : `It will be: ${question.choices[question.answer]}.`} {question.why} Play the
          step and see.
        </p>
      )}
    </section>
  );
}
