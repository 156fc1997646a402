create table parcels (
    number      text primary key,
    sender      text not null,
    recipient   text not null,
    destination text not null
) strict, without rowid;

create table scans (
    id     integer primary key,
    number text not null references parcels (number),
    at     text not null,
    status text not null,
    place  text not null
) strict;
