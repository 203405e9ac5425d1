package io.github.changeover.servlet.payara;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.it.container.EmbeddedOnly;
import io.github.changeover.it.container.OnContainer;
import io.github.changeover.it.container.PayaraOnly;
import io.github.changeover.it.container.TestDirectories;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.net.URL;
import java.net.URLClassLoader;
import org.junit.jupiter.api.Test;

/** Finds the members of Grizzly in the classes of Payara, of which one may be missing. */
@OnContainer
@PayaraOnly
@EmbeddedOnly
class GrizzlyMembersIT {
    private static final String QUEUE = "org.glassfish.grizzly.asyncqueue.TaskQueue";

    /** Grizzly without the class of its queue. */
    private static final class WithoutQueue extends ClassLoader {
        WithoutQueue() {
            super(GrizzlyMembersIT.class.getClassLoader());
        }

        @Override
        public Class<?> loadClass(String name) throws ClassNotFoundException {
            if (name.equals(QUEUE)) throw new ClassNotFoundException(name);
            return super.loadClass(name);
        }
    }

    /** Loads the class from the build: on Payara, only the application contains it. */
    private static Object members(ClassLoader grizzly) throws Exception {
        try (URLClassLoader library = new URLClassLoader(new URL[] {TestDirectories.target().resolve("classes").toUri().toURL()}, GrizzlyMembersIT.class.getClassLoader())) {
            Constructor<?> constructor = library.loadClass("io.github.changeover.servlet.payara.GrizzlyMembers").getDeclaredConstructor(ClassLoader.class, Class.class);
            constructor.setAccessible(true);
            return constructor.newInstance(grizzly, Class.forName("org.apache.catalina.connector.Request"));
        }
    }

    private static String missingForSocket(Object members) throws Exception {
        Field missing = members.getClass().getDeclaredField("missingForSocket");
        missing.setAccessible(true);
        return (String) missing.get(members);
    }

    @Test
    void allMembersOfPayaraAreFound() throws Exception {
        assertThat(missingForSocket(members(GrizzlyMembersIT.class.getClassLoader()))).isEmpty();
    }

    @Test
    void missingMemberForEventLoopsIsNamedAndTheOthersAreFound() throws Exception {
        assertThat(missingForSocket(members(new WithoutQueue()))).contains("ClassNotFoundException", QUEUE);      // any other missing member fails the constructor
    }
}
