package injected;

import io.github.changeover.topics.TopicEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A bean of the application. It keeps the events. */
@ApplicationScoped
public class Register {
    private final List<String> events = new CopyOnWriteArrayList<>();

    public void add(String event) {
        events.add(event);
    }

    void joined(@Observes TopicEvent.Joined joined) {
        add("joined " + joined.membership().topic().name());
    }

    void left(@Observes TopicEvent.Left left) {
        add("left " + left.membership().topic().name());
    }

    public List<String> events() {
        return events;
    }
}
