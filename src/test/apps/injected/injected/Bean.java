package injected;

import io.github.changeover.UpgradeEndpoint;
import io.github.changeover.spi.BlockingConnection;
import io.github.changeover.spi.ConnectionHandler;
import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import java.io.IOException;

/** An endpoint that is also a bean: it is found twice and made once. */
@Dependent
@UpgradeEndpoint(value = "/bean", protocol = "injected")
public class Bean implements ConnectionHandler.Blocking {
    @Inject
    private Register register;

    @PostConstruct
    void made() {
        register.add("bean made");
    }

    @PreDestroy
    void gone() {
        register.add("bean gone");
    }

    @Override
    public void serve(BlockingConnection connection) throws IOException {
        connection.input().transferTo(connection.output());
    }
}
