package io.github.changeover.servlet.payara;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.it.container.EmbeddedOnly;
import io.github.changeover.it.container.OnContainer;
import io.github.changeover.it.container.PayaraOnly;
import org.junit.jupiter.api.Test;

/** Finds the members of Grizzly in the classes of Payara, of which one may be missing. */
@OnContainer
@PayaraOnly
@EmbeddedOnly
class GrizzlyMembersIT {
    private static final String QUEUE = "org.glassfish.grizzly.asyncqueue.TaskQueue";

    /** Grizzly with another class in place of its queue. */
    private static final class OtherQueue extends ClassLoader {
        OtherQueue() {
            super(GrizzlyMembersIT.class.getClassLoader());
        }

        @Override
        public Class<?> loadClass(String name) throws ClassNotFoundException {
            return name.equals(QUEUE) ? Object.class : super.loadClass(name);
        }
    }

    @Test
    void allMembersOfPayaraAreFound() throws Exception {
        assertThat(new GrizzlyMembers(GrizzlyMembersIT.class.getClassLoader(), Class.forName("org.apache.catalina.connector.Request")).missingForSocket).isEmpty();
    }

    @Test
    void missingMemberForEventLoopsIsNamedAndTheOthersAreFound() throws Exception {
        GrizzlyMembers members = new GrizzlyMembers(new OtherQueue(), Class.forName("org.apache.catalina.connector.Request"));
        assertThat(members.missingForSocket).contains("NoSuchMethodException", "java.lang.Object.isEmpty()");
        assertThat(members.call("empty", null)).isNotNull();
    }
}
