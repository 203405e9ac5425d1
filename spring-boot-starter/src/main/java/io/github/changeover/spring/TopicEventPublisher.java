package io.github.changeover.spring;

import io.github.changeover.topics.TopicEvent;
import io.github.changeover.topics.TopicListener;
import java.util.ArrayList;
import java.util.List;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.SmartLifecycle;

/**
 * Publishes the events of topics as application events of Spring. Changeover starts before the other beans exist, so early events, such as the first
 * {@link TopicEvent.RelayChanged}, wait until all beans are made.
 */
final class TopicEventPublisher implements TopicListener, SmartLifecycle {
    private static final Log LOG = LogFactory.getLog("io.github.changeover");
    private final ApplicationEventPublisher publisher;
    private final List<TopicEvent> early = new ArrayList<>();       // this field and the next are guarded by this
    private boolean running, stopped;

    TopicEventPublisher(ApplicationEventPublisher publisher) {
        this.publisher = publisher;
    }

    @Override
    public void event(TopicEvent event) {
        synchronized (this) {
            if (!running) {
                if (!stopped) early.add(event);
                return;
            }
        }
        publisher.publishEvent(event);
    }

    /** Starts before the web server accepts connections, and stops after it. */
    @Override
    public int getPhase() {
        return WebServerApplicationContext.START_STOP_LIFECYCLE_PHASE - 1;
    }

    @Override
    public synchronized void start() {
        early.forEach(this::publishEarly);
        early.clear();
        running = true;
        stopped = false;
    }

    private void publishEarly(TopicEvent event) {
        try {
            publisher.publishEvent(event);
        } catch (RuntimeException failure) {
            LOG.warn("A listener failed for " + event, failure);
        }
    }

    @Override
    public synchronized void stop() {
        running = false;
        stopped = true;
    }

    @Override
    public synchronized boolean isRunning() {
        return running;
    }
}
