package io.github.changeover.connection;

/**
 * A handler asked for the application's answer, and what that occupied had been given back: it had been read, or the connection had ended.
 * In the second case it is no fault of the handler's, which cannot know: a client may reset the connection while its handler is opened.
 */
public final class AnswerGone extends IllegalStateException {
    private static final long serialVersionUID = 1;

    public AnswerGone() {
        super("The answer has been read already, or its connection has ended");
    }
}
