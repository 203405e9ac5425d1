package injected;

import io.github.changeover.UpgradeEndpoint;
import io.github.changeover.spi.ConnectionHandler;
import io.github.changeover.spi.SwitchedConnection;
import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Inject;
import java.nio.ByteBuffer;

/** An endpoint without an annotation that makes it a bean. */
@UpgradeEndpoint(value = "/plain", protocol = "injected")
public class Plain implements ConnectionHandler.Events {
    @Inject
    private Register register;

    @PostConstruct
    void made() {
        register.add("plain made");
    }

    @PreDestroy
    void gone() {
        register.add("plain gone");
    }

    @Override
    public void received(SwitchedConnection connection, ByteBuffer bytes) {
        connection.send(bytes);
    }
}
