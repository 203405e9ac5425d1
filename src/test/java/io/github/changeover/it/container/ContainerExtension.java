package io.github.changeover.it.container;

import java.nio.file.Path;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** Implements {@link OnContainer}. */
final class ContainerExtension implements BeforeAllCallback, ParameterResolver {

    @Override
    public void beforeAll(ExtensionContext context) {
        running(context);
    }

    private static ContainerUnderTest running(ExtensionContext context) {
        // The root store exists as long as the tests of the JVM run, and closes the container at their end.
        return context.getRoot().getStore(ExtensionContext.Namespace.GLOBAL)
                .getOrComputeIfAbsent(ContainerUnderTest.class, key -> startWithWar(), ContainerUnderTest.class);
    }

    private static ContainerUnderTest startWithWar() {
        ContainerUnderTest container = Containers.start(required("changeover.test.container"), ListenerPorts.any());
        try {
            container.deploy(Path.of(required("changeover.war")), OnContainer.CONTEXT);
        } catch (RuntimeException e) {
            container.stop();
            throw e;
        }
        return container;
    }

    private static String required(String property) {
        String value = System.getProperty(property);
        if (value == null) {
            throw new IllegalStateException("system property " + property + " is not set; the build sets it, see pom.xml");
        }
        return value;
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == ContainerUnderTest.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return running(context);
    }
}
