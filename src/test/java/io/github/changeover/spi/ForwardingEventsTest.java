package io.github.changeover.spi;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ForwardingEventsTest {
    @Test
    void everyCallbackIsForwardedWithItsArguments() throws ReflectiveOperationException {
        List<String> received = new ArrayList<>();
        ConnectionHandler.Events next = (ConnectionHandler.Events) Proxy.newProxyInstance(getClass().getClassLoader(), new Class<?>[] {ConnectionHandler.Events.class},
                (self, method, arguments) -> {
                    received.add(method.getName() + Arrays.toString(arguments));
                    return null;
                });
        ConnectionHandler.Events forwarding = new ForwardingEvents(next) {
        };
        List<String> called = new ArrayList<>();
        for (Method method : ConnectionHandler.Events.class.getMethods()) {
            Object[] arguments = Stream.of(method.getParameterTypes()).map(type -> type == Duration.class ? Duration.ofSeconds(3) : null).toArray();
            method.invoke(forwarding, arguments);
            called.add(method.getName() + Arrays.toString(arguments));
        }
        assertThat(received).isEqualTo(called).hasSizeGreaterThanOrEqualTo(9);
    }
}
