package io.github.changeover.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Checks that a program does not outlive the command that started it. In this test the command is a shell in place of Maven. */
class CallerWatchTest {

    /** Runs until it is ended. */
    static final class Child {
        public static void main(String[] arguments) throws InterruptedException {
            CallerWatch.start();
            System.out.println("watching " + ProcessHandle.current().pid());
            Thread.sleep(Long.MAX_VALUE);
        }
    }

    @Test
    @Timeout(60)
    void programEndsWhenItsCallerGetsTerm() throws Exception {
        endsAfter(Process::destroy);
    }

    @Test
    @Timeout(60)
    void programEndsWhenItsCallerIsKilled() throws Exception {
        endsAfter(Process::destroyForcibly);
    }

    private static void endsAfter(Consumer<Process> signal) throws Exception {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        String classes = Path.of(CallerWatch.class.getProtectionDomain().getCodeSource().getLocation().toURI()).toString();
        // With a second command after it, the shell stays the parent and forwards no signal.
        Process caller = new ProcessBuilder("sh", "-c", "\"$0\" -cp \"$1\" \"$2\"; true", java, classes, Child.class.getName()).start();
        try (BufferedReader output = caller.inputReader()) {
            String line = output.readLine();
            assertThat(line).startsWith("watching ");
            ProcessHandle child = ProcessHandle.of(Long.parseLong(line.substring("watching ".length()))).orElseThrow();
            assertThat(child.parent()).map(ProcessHandle::pid).hasValue(caller.pid());
            signal.accept(caller);
            child.onExit().get(30, TimeUnit.SECONDS);
            assertThat(child.isAlive()).isFalse();
        } finally {
            caller.descendants().forEach(ProcessHandle::destroyForcibly);
            caller.destroyForcibly();
        }
    }
}
