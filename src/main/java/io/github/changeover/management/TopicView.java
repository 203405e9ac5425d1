package io.github.changeover.management;

/**
 * A topic with members on this node.
 *
 * @param name              its name, which a client may have chosen
 * @param members           members on this node
 * @param membersOfAllNodes members on all nodes
 * @param dropped           messages that slow members of this node have not got since the topic got its first member here
 */
public record TopicView(String name, int members, int membersOfAllNodes, long dropped) {
}
