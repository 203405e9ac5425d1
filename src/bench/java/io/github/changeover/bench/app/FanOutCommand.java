package io.github.changeover.bench.app;

/**
 * The first message of a client of a fan-out: {@code start RUN TOPICS} of the publisher, or {@code join RUN FROM STEP TOPICS} of a member, which joins each
 * topic from {@code FROM} in steps of {@code STEP}. It is sent back. All other messages begin with a digit: they are published, and their first 8 digits,
 * modulo the number of topics, are the number of the topic.
 */
record FanOutCommand(boolean isJoin, String run, int from, int step, int topics) {
    private static final int DIGITS = 8;

    static boolean is(String text) {
        return text.charAt(0) > '9';
    }

    static FanOutCommand of(String text) {
        String[] words = text.split(" ");
        if (words[0].equals("start")) return new FanOutCommand(false, words[1], 0, 1, Integer.parseInt(words[2]));
        return new FanOutCommand(true, words[1], Integer.parseInt(words[2]), Integer.parseInt(words[3]), Integer.parseInt(words[4]));
    }

    /** Returns the name of a topic of this run. */
    String name(int topic) {
        return run + "/" + topic;
    }

    /** Returns the number of the topic of a message. */
    static int topic(String message, int topics) {
        return topics == 1 ? 0 : Integer.parseInt(message, 0, DIGITS, 10) % topics;
    }
}
