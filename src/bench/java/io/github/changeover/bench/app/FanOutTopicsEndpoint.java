package io.github.changeover.bench.app;

import io.github.changeover.topics.Member;
import io.github.changeover.topics.Topic;
import io.github.changeover.topics.Topics;
import jakarta.websocket.OnError;
import jakarta.websocket.OnMessage;
import jakarta.websocket.Session;
import jakarta.websocket.server.ServerEndpoint;
import java.util.stream.IntStream;

/** Publishes each message in a topic with the default options: the oldest of more than 256 waiting messages is dropped. {@link FanOutCommand} describes the messages. */
@ServerEndpoint("/fan-out/topics")
public final class FanOutTopicsEndpoint {
    private static final String TOPICS = "bench.topics";

    @OnMessage
    public void text(Session session, String text) {
        if (!FanOutCommand.is(text)) {
            Topic[] topics = (Topic[]) session.getUserProperties().get(TOPICS);
            topics[FanOutCommand.topic(text, topics.length)].publish(text);
            return;
        }
        FanOutCommand command = FanOutCommand.of(text);
        if (command.isJoin()) join(session, command);
        else session.getUserProperties().put(TOPICS, IntStream.range(0, command.topics()).mapToObj(topic -> Topics.current().topic(command.name(topic))).toArray(Topic[]::new));
        session.getAsyncRemote().sendText(text);
    }

    private static void join(Session session, FanOutCommand command) {
        Member member = Topics.current().member(session);
        for (int topic = command.from(); topic < command.topics(); topic += command.step()) member.join(command.name(topic));
    }

    @OnError
    public void failed(Session session, Throwable failure) {
        // the client has reset the connection
    }
}
