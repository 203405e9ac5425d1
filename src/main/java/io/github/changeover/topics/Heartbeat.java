package io.github.changeover.topics;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A part of what a node tells all others every few seconds: the numbers of its last messages, and who is in its topics. The parts of one heartbeat are sent
 * one after another.
 *
 * @param complete whether the heartbeat contains the presence of all topics; otherwise that of the topics that have changed
 * @param isFirst  whether this is the first part
 * @param isLast   whether this is the last part
 */
record Heartbeat(boolean complete, boolean isFirst, boolean isLast, List<LastNumber> numbers, List<TopicPresence> presence) {
    static final int MOST_USERS = 1000;             // of a topic
    private static final int PART = 32 * 1024;      // bytes from which on a part ends
    private static final int COMPLETE = 1, FIRST = 2, LAST = 4;
    private static final int NUMBER = 1, PRESENCE = 2;

    /** The last number of a topic. */
    record LastNumber(String key, long epoch, long number) {
    }

    /** The members of a topic on the node; none if it has no members any more. */
    record TopicPresence(String key, int members, Set<String> users) {
    }

    /** Returns the bodies of the parts; at least one. */
    static List<byte[]> encode(boolean complete, List<LastNumber> numbers, List<TopicPresence> presence) {
        List<byte[]> parts = new ArrayList<>();
        ByteArrayOutputStream part = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(part);
        try {
            out.writeByte(complete ? COMPLETE | FIRST : FIRST);
            for (LastNumber each : numbers) {
                out.writeByte(NUMBER);
                out.writeUTF(each.key);
                out.writeLong(each.epoch);
                out.writeLong(each.number);
                if (part.size() > PART) nextPart(parts, part, complete);
            }
            for (TopicPresence each : presence) {
                out.writeByte(PRESENCE);
                out.writeUTF(each.key);
                out.writeInt(each.members);
                out.writeShort(each.users.size());
                for (String user : each.users) out.writeUTF(user);
                if (part.size() > PART) nextPart(parts, part, complete);
            }
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        byte[] last = part.toByteArray();
        last[0] |= LAST;
        parts.add(last);
        return parts;
    }

    private static void nextPart(List<byte[]> parts, ByteArrayOutputStream part, boolean complete) {
        parts.add(part.toByteArray());
        part.reset();
        part.write(complete ? COMPLETE : 0);
    }

    static Heartbeat decode(byte[] body) throws RelayMessage.InvalidMessageException {
        List<LastNumber> numbers = new ArrayList<>();
        List<TopicPresence> presence = new ArrayList<>();
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(body))) {
            int flags = in.readByte();
            for (int type = in.read(); type >= 0; type = in.read()) {
                String key = in.readUTF();
                if (key.length() < 2) throw new RelayMessage.InvalidMessageException("a key of " + key.length() + " characters");
                if (type == NUMBER) {
                    numbers.add(new LastNumber(key, in.readLong(), in.readLong()));
                } else if (type == PRESENCE) {
                    int members = in.readInt(), count = in.readShort();
                    if (members < 0 || count < 0 || count > MOST_USERS) throw new RelayMessage.InvalidMessageException(members + " members, " + count + " users");
                    Set<String> users = new HashSet<>();
                    for (int i = 0; i < count; i++) users.add(in.readUTF());
                    presence.add(new TopicPresence(key, members, users));
                } else {
                    throw new RelayMessage.InvalidMessageException("an entry of type " + type);
                }
            }
            return new Heartbeat((flags & COMPLETE) != 0, (flags & FIRST) != 0, (flags & LAST) != 0, numbers, presence);
        } catch (IOException malformed) {
            throw new RelayMessage.InvalidMessageException("an incomplete heartbeat");
        }
    }
}
