package io.github.changeover.demo;

import io.github.changeover.Changeover;
import io.github.changeover.spi.UpgradeProtocol;
import jakarta.servlet.ServletContextEvent;
import jakarta.servlet.ServletContextListener;
import jakarta.servlet.annotation.WebListener;

/** Configures the protocols and paths of the demo. */
@WebListener
public final class Demo implements ServletContextListener {
    /** For the container. */
    public Demo() {
    }

    @Override
    public void contextInitialized(ServletContextEvent event) {
        UpgradeProtocol foo = new FooFrames();
        UpgradeProtocol example = new ExampleLines();
        UpgradeProtocol echo = new Echo();
        Changeover changeover = Changeover.of(event.getServletContext());
        changeover.path("/echo").offer(foo, example, echo);
        changeover.path("/server-order").offer(foo, example, echo).serverOrder();
        changeover.path("/upgrade-only").offer(foo, example).required();
        changeover.path("/index.html").offer(new FooPage());
    }
}
