package io.github.changeover.management;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import org.junit.jupiter.api.Test;

/** Only the recording depends on the runtime; everything else works without {@code jdk.jfr}. */
class FlightRecordingTest {
    /** The library in a runtime without {@code jdk.jfr}. */
    private static final class WithoutRecorder extends URLClassLoader {
        WithoutRecorder() {
            super(new URL[] {FlightRecording.class.getProtectionDomain().getCodeSource().getLocation()}, ClassLoader.getPlatformClassLoader());
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (name.startsWith("jdk.jfr.")) throw new ClassNotFoundException(name);
            return super.loadClass(name, resolve);
        }
    }

    @Test
    void recorderIsUsedIfPresent() {
        assertThat(FlightRecording.recorder()).isInstanceOf(FlightEvents.class);
    }

    @Test
    void withoutARecorderNothingIsRecorded() throws Exception {
        try (WithoutRecorder loader = new WithoutRecorder()) {
            Class<?> flight = Class.forName(FlightRecording.class.getName(), true, loader);
            Method recorder = flight.getDeclaredMethod("recorder");
            recorder.setAccessible(true);
            Field none = flight.getDeclaredField("NONE");
            none.setAccessible(true);
            assertThat(recorder.invoke(null)).isSameAs(none.get(null));
        }
    }
}
