package io.github.changeover.relay;

import jakarta.servlet.ServletContext;
import java.lang.reflect.Proxy;
import java.util.Map;
import java.util.Optional;

/** The environment of an application named {@code app}. */
public record TestEnvironment(Map<String, String> settings, String serverInfo) implements RelayFactory.Environment {
    public TestEnvironment(Map<String, String> settings) {
        this(settings, "a server of the tests");
    }

    @Override
    public ServletContext context() {
        ClassLoader loader = TestEnvironment.class.getClassLoader();
        return (ServletContext) Proxy.newProxyInstance(loader, new Class<?>[] {ServletContext.class}, (context, method, arguments) -> switch (method.getName()) {
            case "getServerInfo" -> serverInfo;
            case "getClassLoader" -> loader;
            default -> throw new UnsupportedOperationException(method.getName());
        });
    }

    @Override
    public String relayName() {
        return "app";
    }

    @Override
    public Optional<String> setting(String name) {
        return Optional.ofNullable(settings.get(name));
    }
}
