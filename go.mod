module zhunsheng

go 1.26
