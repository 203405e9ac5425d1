package io.github.changeover.spring.ambiguous;

import io.github.changeover.UpgradeEndpoint;
import io.github.changeover.spi.BlockingConnection;
import io.github.changeover.spi.ConnectionHandler;
import io.github.changeover.spring.app.Greeting;

/** Has two constructors, and Spring cannot know which one to use. */
@UpgradeEndpoint(value = "/ambiguous", protocol = "ambiguous/1")
public final class AmbiguousEndpoint implements ConnectionHandler.Blocking {
    public AmbiguousEndpoint(Greeting greeting) {
    }

    public AmbiguousEndpoint(Greeting greeting, int number) {
    }

    @Override
    public void serve(BlockingConnection connection) {
    }
}
