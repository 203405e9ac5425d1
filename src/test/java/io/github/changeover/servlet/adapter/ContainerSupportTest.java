package io.github.changeover.servlet.adapter;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.servlet.settings.SettingValues;
import jakarta.servlet.ServletContext;
import java.lang.reflect.Field;
import java.nio.file.Path;
import org.apache.catalina.core.ApplicationContext;
import org.apache.catalina.core.ApplicationContextFacade;
import org.apache.catalina.core.StandardContext;
import org.apache.catalina.startup.Tomcat;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A container is identified by its classes. */
class ContainerSupportTest {
    @TempDir
    static Path folder;
    private static ServletContext context;
    private static Tomcat tomcat;

    @BeforeAll
    static void start() throws Exception {
        tomcat = new Tomcat();
        tomcat.setSilent(true);
        tomcat.setBaseDir(folder.toString());
        StandardContext made = (StandardContext) tomcat.addContext("", folder.toString());
        made.addServletContainerInitializer((classes, application) -> context = application, null);
        tomcat.start();
    }

    @AfterAll
    static void stop() throws Exception {
        tomcat.stop();
        tomcat.destroy();
    }

    /** A container with another name, from ServerInfo.properties or from a product that embeds it. */
    private static final class RenamedContainer extends ApplicationContextFacade {
        RenamedContainer(ApplicationContext behind) {
            super(behind);
        }

        @Override
        public String getServerInfo() {
            return "Some Product 1.0";
        }
    }

    @Test
    @DisplayName("H6: Tomcat is Tomcat whatever it calls itself")
    void tomcatIsIdentifiedUnderAnyName() throws Exception {
        Field behind = ApplicationContextFacade.class.getDeclaredField("context");
        behind.setAccessible(true);
        ServletContext renamed = new RenamedContainer((ApplicationContext) behind.get(context));
        for (ServletContext each : new ServletContext[] {context, renamed}) {
            ContainerSupport support = ContainerSupport.of(each, SettingValues.of(each));
            assertThat(support.reasonForOff()).isEmpty();
            assertThat(support.warning()).isEmpty();
            assertThat(support.container().name()).isEqualTo("Tomcat edge");
            assertThat(ContainerSupport.mapsEveryServletByName(each)).isTrue();
        }
    }
}
