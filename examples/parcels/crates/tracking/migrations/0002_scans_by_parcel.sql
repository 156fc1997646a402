create index scans_by_parcel on scans (number, id);
