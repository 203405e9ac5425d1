package io.github.changeover.spring.incomplete;

import io.github.changeover.UpgradeEndpoint;
import io.github.changeover.spi.BlockingConnection;
import io.github.changeover.spi.ConnectionHandler;
import java.time.Clock;

/** Needs a bean that the application does not have. */
@UpgradeEndpoint(value = "/incomplete", protocol = "incomplete/1")
public final class IncompleteEndpoint implements ConnectionHandler.Blocking {
    public IncompleteEndpoint(Clock clock) {
    }

    @Override
    public void serve(BlockingConnection connection) {
    }
}
