package io.github.changeover.it.container;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The program in the process of {@link PayaraMicro}: starts Payara Micro by its API, listens on a loopback port of its own, and deploys and
 * undeploys applications on commands, one per line. It responds to each command with one line: "done", or the failure.
 */
public final class MicroServer {
    private MicroServer() {
    }

    /** Arguments: the port for commands, then the arguments of Payara Micro. */
    public static void main(String[] arguments) throws Exception {
        Object boot = Class.forName("fish.payara.micro.boot.PayaraMicroLauncher").getMethod("create", String[].class)
                .invoke(null, (Object) Arrays.copyOfRange(arguments, 1, arguments.length));
        Object runtime = Class.forName("fish.payara.micro.boot.PayaraMicroBoot").getMethod("getRuntime").invoke(boot);
        try (ServerSocket orders = new ServerSocket(Integer.parseInt(arguments[0]), 5, InetAddress.getByName(TestDirectories.LOOPBACK))) {
            while (true) serve(orders.accept(), runtime);
        }
    }

    private static void serve(Socket socket, Object runtime) throws IOException {
        try (socket; BufferedReader lines = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
             PrintStream answers = new PrintStream(socket.getOutputStream(), true, StandardCharsets.UTF_8)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) answers.println(done(line.split("\t"), runtime));
        }
    }

    private static String done(String[] order, Object runtime) {
        try {
            boolean done = order[0].equals("deploy")
                    ? (boolean) runtime.getClass().getMethod("deploy", String.class, String.class, File.class).invoke(runtime, order[1], order[2], new File(order[3]))
                    : undeploy(order[1], runtime);
            return done ? "done" : String.join(" ", order) + " was not done, see the log";
        } catch (ReflectiveOperationException | RuntimeException failed) {
            return (failed.getCause() == null ? failed : failed.getCause()).toString().replace('\n', ' ');
        }
    }

    private static boolean undeploy(String name, Object runtime) throws ReflectiveOperationException {
        runtime.getClass().getMethod("undeploy", String.class).invoke(runtime, name);
        return true;
    }
}
